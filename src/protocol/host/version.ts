/** Version of the messages between host and clients; another version drains the old host and replaces it. */
export const PROTOCOL_VERSION = 1;

/** Version of a journal line. The meaning of an entry never changes; a new meaning gets a new number. */
export const JOURNAL_VERSION = 1;

/** Version of the product, as package.json has it. */
export const PRODUCT_VERSION = '0.1.0';
