import vm from 'node:vm';

const { compileFunction, SourceTextModule } = vm;

/** V8's code caches, by file. */
const caches = new Map();

/**
 * Jest compiles each module, of node_modules and its own too, again for every test file: that was a tenth of the CPU time of the
 * tests. A worker now reuses V8's code cache of a source that it has compiled before.
 * @param compile gets the code cache, or undefined; returns what it compiled, and a function for its code cache
 */
function compileCached({ file, source }, compile) {
  const known = caches.get(file);
  if (known?.source === source) return compile(known.cachedData).compiled;
  const { compiled, createCachedData } = compile();
  caches.set(file, { source, cachedData: createCachedData() });
  return compiled;
}

/** CommonJS. */
vm.compileFunction = (source, parameters, options) =>
  compileCached({ file: options.filename, source }, (cachedData) => {
    const compiled = compileFunction(source, parameters, { ...options, cachedData, produceCachedData: !cachedData });
    return { compiled, createCachedData: () => compiled.cachedData };
  });

/** ES modules. */
vm.SourceTextModule = function CachedSourceTextModule(source, options) {
  return compileCached({ file: options.identifier, source }, (cachedData) => {
    const compiled = new SourceTextModule(source, { ...options, cachedData });
    return { compiled, createCachedData: () => compiled.createCachedData() };
  });
};
