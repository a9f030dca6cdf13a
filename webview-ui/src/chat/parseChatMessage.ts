import type { ChatToWebview } from '../../../src/protocol/webviews/chatMessages.ts';

const ITEM_TYPES: ReadonlySet<unknown> = new Set([
  'request',
  'answer',
  'plan',
  'run',
  'gate',
  'problem',
]);

/**
 * Accepts what the extension of the same version sends. It checks the outline and not every field:
 * the schemas' library would take half of the size that this page may have, and the extension has
 * parsed the parts with those schemas before.
 */
export function parseChatMessage(data: unknown): ChatToWebview | null {
  // The parse boundary: the outline has been checked, the fields come from our own extension.
  return isChatMessage(data) ? (data as ChatToWebview) : null;
}

function isChatMessage(data: unknown): boolean {
  if (!isRecord(data)) return false;
  switch (data['type']) {
    case 'snapshot':
      return (
        Array.isArray(data['items']) && data['items'].every(isItem) && isComposer(data['composer'])
      );
    case 'item':
      return isItem(data['item']);
    case 'composer':
      return isComposer(data['composer']);
    case 'focusComposer':
      return true;
    case 'focusItem':
      return typeof data['itemId'] === 'string';
    default:
      return false;
  }
}

function isItem(value: unknown): boolean {
  return isRecord(value) && typeof value['id'] === 'string' && ITEM_TYPES.has(value['type']);
}

function isComposer(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const labels = [value['providerLabel'], value['modelLabel'], value['capsLabel']];
  return typeof value['busy'] === 'boolean' && labels.every((label) => typeof label === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
