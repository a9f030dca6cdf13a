/** What a client may cost a host before and after it has shown the token. */

/** Time for the first request: a window sends it at once, and a socket that stays silent keeps nobody awake. */
export const HELLO_TIMEOUT_MS = 5000;

/** One message of a client that has not shown the token: hello has three short fields. */
export const MAX_STRANGER_FRAME_BYTES = 16 * 1024;

/** One message of a client, or one answer: all files of a large accept, as text, fit in it. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** The lines before a message: two short ones in practice. */
export const MAX_FRAME_HEADER_BYTES = 1024;

/** Connections at once: windows and commands of one workspace are a handful. */
export const MAX_CONNECTIONS = 128;

/** Time that the last events get to reach whoever watches a run before its process ends. */
export const LAST_EVENTS_MS = 5000;
