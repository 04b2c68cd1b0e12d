// SPDX-License-Identifier: MIT
//
// What <authenticate/> asks for beside the sign-in itself: who we are (XEP-0388 §2.3), the former session
// (XEP-0198, "SASL2 and Bind2 Interaction"), a new one (XEP-0386), and a token (XEP-0484).

import { NS } from '../namespaces.js';
import type { Token } from '../sasl/fast.js';
import { attribute, child, children, xml } from '../xml.js';
import type { Element } from '../xml.js';
import type { StepHost } from './step.js';

/** Without it a sign-in is by RFC 6120 alone. */
export interface Sasl2Options {
  /** UUID version 4 of this account in this profile (XEP-0388 §2.3). */
  readonly agent: string;
  /** What the person may know this one by, in a list of such clients; nobody else is told. */
  readonly device?: string;
  /**
   * A session may be begun by XEP-0386: the server drops what it has stored, so only where the archive is
   * read before anything else, and where no text is in doubt that another session may still bring there.
   */
  readonly bind: boolean;
  /** The last session is known to be over, so that no resource has to be asked for again to end it. */
  readonly over: boolean;
  readonly carbons: boolean;
  /** Absent: no token is used or asked for. */
  readonly fast?: { readonly token?: Token };
  /** Nothing is wanted but the end of this token (XEP-0484 §3.6). */
  readonly revoke?: Token;
}

/** What a resource begins with, visible to contacts (XEP-0386 §3.2). */
const TAG = 'Steadfast';

/** What the server can do inline. */
export interface Offer {
  readonly mechanisms: readonly string[];
  readonly fast: readonly string[];
  readonly sm: boolean;
  readonly bind: boolean;
  /** Stream management with that; else it is enabled as ever, behind it. */
  readonly enable: boolean;
  readonly carbons: boolean;
}

export function readOffer(features: Element): Offer | undefined {
  const offer = child(features, 'authentication', NS.sasl2);
  if (offer === undefined) return undefined;
  const inline = child(offer, 'inline', NS.sasl2);
  const fast = inline && child(inline, 'fast', NS.fast);
  const bind = inline && child(inline, 'bind', NS.bind2);
  const inner = bind && child(bind, 'inline', NS.bind2);
  const able = inner ? children(inner, 'feature', NS.bind2).map((f) => attribute(f, 'var')) : [];
  return {
    mechanisms: names(offer, NS.sasl2),
    fast: fast ? names(fast, NS.fast) : [],
    sm: inline !== undefined && child(inline, 'sm', NS.sm) !== undefined,
    bind: bind !== undefined,
    enable: able.includes(NS.sm),
    carbons: able.includes(NS.carbons),
  };
}

function names(of: Element, xmlns: string): string[] {
  return children(of, 'mechanism', xmlns).map((el) => el.getText().trim());
}

/**
 * @param token the one that is shown, if any
 * @param wanted the mechanism that a new one is to be for, if any
 */
export function requests(
  host: StepHost,
  offer: Offer,
  { token, wanted }: { token: Token | undefined; wanted: string | undefined },
): Element[] {
  const { sasl2, resume } = host.options;
  if (sasl2 === undefined) return [];
  const software = xml('software', {}, TAG);
  const device = sasl2.device === undefined ? undefined : xml('device', {}, sasl2.device);
  const asked = [xml('user-agent', { id: sasl2.agent }, software, device)];
  if (token !== undefined) {
    const invalidate = sasl2.revoke === undefined ? undefined : 'true';
    asked.push(xml('fast', { xmlns: NS.fast, count: String(token.count), invalidate }));
    if (sasl2.revoke !== undefined) return asked;
  } else if (wanted !== undefined) {
    asked.push(xml('request-token', { xmlns: NS.fast, mechanism: wanted }));
  }
  if (resume !== undefined && offer.sm) {
    asked.push(xml('resume', { xmlns: NS.sm, previd: resume.previd, h: String(resume.h) }));
  }
  // Where the former session must be asked for behind the sign-in, nothing may be bound before. And a session
  // that cannot be resumed may live on unseen: only one that asks for the same resource ends it.
  if (sasl2.bind && offer.bind && offer.enable && (resume === undefined || offer.sm)) {
    asked.push(bindRequest(offer, sasl2.carbons));
  }
  return asked;
}

function bindRequest(offer: Offer, carbons: boolean): Element {
  return xml(
    'bind',
    { xmlns: NS.bind2 },
    xml('tag', {}, TAG),
    carbons && offer.carbons ? xml('enable', { xmlns: NS.carbons }) : undefined,
    offer.enable ? xml('enable', { xmlns: NS.sm, resume: 'true' }) : undefined,
  );
}
