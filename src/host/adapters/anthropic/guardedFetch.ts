import { limitComplaint } from './limitAnswer.ts';

/** A server that sends a request from one of its addresses to the next more often goes round in circles. */
const MAX_REDIRECTS = 3;

/**
 * Sends a request to the host that the user named and to no other: prompts hold the user's code. A redirect to
 * another host, or from TLS to none, comes back as it is, with its status of 3xx.
 */
export async function guardedFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  let url = new URL(input instanceof Request ? input.url : input);
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const next = nextOf(response, url);
    if (next === null || redirects === MAX_REDIRECTS) return limitComplaint(response);
    await response.body?.cancel();
    url = next;
  }
}

/** Only 307 and 308 keep the method and the body. */
function nextOf({ status, headers }: Response, from: URL): URL | null {
  const location = headers.get('location');
  if ((status !== 307 && status !== 308) || location === null) return null;
  if (!URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  // Another port of a host may be another user's server; TLS at its usual port is the host's own.
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:' && to.port === '';
  return to.origin === from.origin || (to.hostname === from.hostname && isUpgrade) ? to : null;
}
