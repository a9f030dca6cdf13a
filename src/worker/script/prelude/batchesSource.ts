/** parallel() and pipeline(). */
export const BATCHES_SOURCE = String.raw`
  function checkList(name, list) {
    if (!Array.isArray(list)) throw new TypeError(name + '() needs an array, not ' + textOf(list) + '.');
    if (list.length > settings.maxBatchItems) {
      throw new RangeError(
        name + '() takes at most ' + settings.maxBatchItems + ' items, not ' + list.length + '.',
      );
    }
  }

  function checkFunctions(name, list, firstIndex) {
    for (let index = 0; index < list.length; index++) {
      if (typeof list[index] === 'function') continue;
      const hint =
        list[index] instanceof NativePromise
          ? 'a promise; wrap the call: () => agent(…)'
          : textOf(list[index]);
      throw new TypeError(name + '[' + (index + firstIndex) + '] must be a function, not ' + hint + '.');
    }
  }

  function isPromise(value) {
    return typeof value === 'object' && value !== null;
  }

  async function runParallel(thunks, options) {
    checkList('parallel', thunks);
    checkFunctions('parallel', thunks, 0);
    const results = new Array(thunks.length).fill(null);
    async function runOne(index) {
      try {
        const returned = thunks[index]();
        results[index] = await returned;
        const cause = isPromise(returned) ? causes.get(returned) : undefined;
        if (cause !== undefined) log('parallel[' + index + '] failed: Error: ' + cause);
      } catch (error) {
        if (fatal.has(error)) throw error;
        log('parallel[' + index + '] failed: ' + textOf(error));
      }
    }
    let next = 0;
    async function runLane() {
      while (next < thunks.length) await runOne(next++);
    }
    const bound = options && Number(options.concurrency);
    const lanes = bound >= 1 ? Math.min(Math.floor(bound), thunks.length) : thunks.length;
    if (lanes === thunks.length) await NativePromise.all(thunks.map((_, index) => runOne(index)));
    else await NativePromise.all(Array.from({ length: lanes }, runLane));
    return results;
  }

  async function runPipeline(items, ...stages) {
    checkList('pipeline', items);
    checkFunctions('pipeline stage ', stages, 1);
    async function runItem(item, index) {
      let previous = item;
      try {
        for (const stage of stages) previous = await stage(previous, item, index);
        return previous;
      } catch (error) {
        if (fatal.has(error)) throw error;
        log('pipeline[' + index + '] failed: ' + textOf(error));
        return null;
      }
    }
    return NativePromise.all(items.map(runItem));
  }
`;
