'use strict';

/** A small event emitter; a failing listener does not stop the others. */
function Emitter() {
  this.listeners = {};
}

Emitter.prototype.on = function (name, listener) {
  var self = this;
  if (!self.listeners[name]) {
    self.listeners[name] = [];
  }
  self.listeners[name].push(listener);
  return function () {
    self.off(name, listener);
  };
};

Emitter.prototype.once = function (name, listener) {
  var stop = this.on(name, function () {
    stop();
    listener.apply(undefined, arguments);
  });
  return stop;
};

Emitter.prototype.off = function (name, listener) {
  var left = (this.listeners[name] || []).filter(function (known) {
    return known !== listener;
  });
  this.listeners[name] = left;
};

Emitter.prototype.emit = function (name) {
  var details = Array.prototype.slice.call(arguments, 1);
  var failures = [];
  (this.listeners[name] || []).slice().forEach(function (listener) {
    try {
      listener.apply(undefined, details);
    } catch (error) {
      failures.push({ name: name, error: error });
    }
  });
  return failures;
};

Emitter.prototype.count = function (name) {
  return (this.listeners[name] || []).length;
};

module.exports = { Emitter: Emitter };