// SPDX-License-Identifier: MIT
//
// Nodes of our own account (XEP-0060 by way of XEP-0163), kept from everybody else (XEP-0223).

import { NS } from '../core/namespaces.js';
import { child, elements, is, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Answer, FeatureHost } from './feature.js';

/** Settings of a node by their names, without `pubsub#`. */
export type NodeOptions = Readonly<Record<string, string>>;

type Done = (answer: Answer) => void;

/**
 * XEP-0060 §6.5: all items of a node.
 * @param id only this one
 */
export function askNode(host: FeatureHost, node: string, id: string | undefined, done: Done): void {
  const item = id === undefined ? undefined : xml('item', { id });
  const items = xml('items', { node }, item);
  host.request(undefined, 'get', xml('pubsub', { xmlns: NS.pubsub }, items), done);
}

/**
 * XEP-0060 §7.1: publishes an item, if the node is set as `options` say (§7.1.5). One that is not, is set
 * so first (XEP-0223 §3): nothing is written where others could read it.
 */
export function publish(
  host: FeatureHost,
  node: string,
  item: () => Element,
  options: NodeOptions,
  done: Done,
): void {
  const attempt = (answered: Done): void => {
    const pubsub = xml(
      'pubsub',
      { xmlns: NS.pubsub },
      xml('publish', { node }, item()),
      xml('publish-options', {}, form('publish-options', options)),
    );
    host.request(undefined, 'set', pubsub, answered);
  };
  attempt((answer) => {
    if (!isUnmet(answer)) {
      done(answer);
      return;
    }
    configure(host, node, options, (configured) => {
      if (configured.type === 'error') done(configured);
      else attempt(done);
    });
  });
}

/** XEP-0060 §7.2. */
export function retract(host: FeatureHost, node: string, id: string, done: Done): void {
  const gone = xml('retract', { node, notify: 'true' }, xml('item', { id }));
  host.request(undefined, 'set', xml('pubsub', { xmlns: NS.pubsub }, gone), done);
}

/** XEP-0060 §8.2. */
function configure(host: FeatureHost, node: string, options: NodeOptions, done: Done): void {
  const settings = xml('configure', { node }, form('node_config', options));
  host.request(undefined, 'set', xml('pubsub', { xmlns: NS.pubsubOwner }, settings), done);
}

function form(type: string, options: NodeOptions): Element {
  const field = (name: string, value: string, kind?: string): Element =>
    xml('field', { var: name, type: kind }, xml('value', {}, value));
  return xml(
    'x',
    { xmlns: NS.dataForms, type: 'submit' },
    field('FORM_TYPE', `${NS.pubsub}#${type}`, 'hidden'),
    ...Object.entries(options).map(([name, value]) => field(`pubsub#${name}`, value)),
  );
}

/** The node is there, and set in another way. */
function isUnmet(answer: Answer): boolean {
  if (answer.type !== 'error' || answer.stanza === undefined) return false;
  const error = child(answer.stanza, 'error', NS.client);
  if (error === undefined) return false;
  return elements(error).some((one) => is(one, 'precondition-not-met', NS.pubsubErrors));
}

/** The answer to a question about what does not exist. */
export function isAbsent(answer: Answer): boolean {
  return answer.type === 'error' && answer.fault.condition === 'item-not-found';
}
