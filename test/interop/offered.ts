// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

/** The SASL mechanisms that a server offers on its port for direct TLS. */
export function offered(port: number, domain: string, caFile: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(caFile);
    const socket = connect({ port, host: '127.0.0.1', servername: domain, ca });
    let text = '';
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`no features in ${text}`)));
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (!text.includes('</stream:features>')) return;
      resolve([...text.matchAll(/<mechanism>([^<]+)</g)].map(([, name = '']) => name));
      socket.destroy();
    });
    socket.write(
      `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
    );
  });
}
