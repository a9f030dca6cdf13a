/** What takes away everything that a script may not have. */
export const LOCKDOWN_SOURCE = String.raw`
  function forbid(message) {
    return function () {
      throw new NativeError(message);
    };
  }

  function closeFunctionConstructors() {
    const samples = [function () {}, async function () {}, function* () {}, async function* () {}];
    for (const sample of samples) {
      const prototype = Object.getPrototypeOf(sample);
      const closed = forbid('code from strings is not available');
      Object.defineProperty(closed, 'prototype', { value: prototype });
      Object.defineProperty(closed, 'name', { value: prototype.constructor.name });
      Object.defineProperty(prototype, 'constructor', { value: closed });
      if (sample === samples[0]) globalThis.Function = closed;
    }
  }

  function closeClock() {
    const why =
      'is not available: a resumed run would take another path. Pass times through args, vary by index.';
    const NativeDate = Date;
    const WorkflowDate = function Date(...parts) {
      if (new.target === undefined) throw new NativeError('Date() ' + why);
      if (parts.length === 0) throw new NativeError('new Date() without arguments ' + why);
      return Reflect.construct(NativeDate, parts, new.target);
    };
    WorkflowDate.UTC = NativeDate.UTC;
    WorkflowDate.parse = NativeDate.parse;
    WorkflowDate.now = forbid('Date.now() ' + why);
    NativeDate.now = WorkflowDate.now;
    Object.defineProperty(WorkflowDate, 'prototype', { value: NativeDate.prototype });
    Object.defineProperty(NativeDate.prototype, 'constructor', { value: WorkflowDate });
    globalThis.Date = WorkflowDate;
    Math.random = forbid('Math.random() ' + why);
  }

  function define(name, value) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
`;
