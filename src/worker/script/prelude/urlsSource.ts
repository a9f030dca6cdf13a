/** What the engine's URL and URLSearchParams lack of the standard: url.searchParams, and lists made of objects. */
export const URLS_SOURCE = String.raw`
  function completeUrls() {
    const NativeParams = globalThis.URLSearchParams;
    const owners = steady(new WeakMap());
    const linked = steady(new WeakMap());

    /* A list that belongs to a URL writes each change back to it. */
    function writeBack(params) {
      const url = owners.get(params);
      if (url === undefined) return;
      url.search = params.toString();
      linked.get(url).search = url.search;
    }

    class URLSearchParams extends NativeParams {
      constructor(init) {
        const isObject = typeof init === 'object' && init !== null;
        super(isObject || init === undefined ? '' : String(init));
        if (!isObject) return;
        const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
        for (const [name, value] of pairs) super.append(String(name), String(value));
      }
      append(...values) {
        super.append(...values);
        writeBack(this);
      }
      delete(...values) {
        super.delete(...values);
        writeBack(this);
      }
      set(...values) {
        super.set(...values);
        writeBack(this);
      }
      sort() {
        super.sort();
        writeBack(this);
      }
    }

    function link(url) {
      const params = new URLSearchParams(url.search);
      owners.set(params, url);
      linked.set(url, { params, search: url.search });
      return params;
    }

    /* The URL itself was changed since: its list is the same object, with what is in the URL now. */
    function refill(url, entry) {
      const { params } = entry;
      owners.delete(params);
      for (const name of [...params.keys()]) params.delete(name);
      for (const [name, value] of new NativeParams(url.search)) params.append(name, value);
      owners.set(params, url);
      entry.search = url.search;
      return params;
    }

    Object.defineProperty(globalThis.URL.prototype, 'searchParams', {
      configurable: true,
      enumerable: true,
      get() {
        const entry = linked.get(this);
        if (entry === undefined) return link(this);
        return entry.search === this.search ? entry.params : refill(this, entry);
      },
    });
    globalThis.URLSearchParams = URLSearchParams;
  }
`;
