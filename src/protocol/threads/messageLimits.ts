/** Largest JSON text between script and host, in UTF-16 units: 4 MiB, so that one value can't stall the editor's machine. */
export const MAX_JSON_TEXT = 4 * 1024 * 1024;
