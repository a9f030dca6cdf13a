type Translate = (message: string, ...args: (string | number)[]) => string;

let translate: Translate = fillIn;

/** Sets the editor's translation function; the text stays English until then (and in unit tests). */
export function useTranslation(editorTranslate: Translate): void {
  translate = editorTranslate;
}

/** Translates a sentence; `{0}`, `{1}`, … stand for the arguments. */
export function t(message: string, ...args: (string | number)[]): string {
  return translate(message, ...args);
}

function fillIn(message: string, ...args: (string | number)[]): string {
  return message.replace(/\{(\d+)\}/gu, (whole, index: string) =>
    String(args[Number(index)] ?? whole),
  );
}
