'use strict';

var DAY_MS = 24 * 60 * 60 * 1000;

/** The history of a stock: one record for each thing put in or taken out. */
function Ledger(now) {
  this.now = now || Date.now;
  this.records = [];
}

Ledger.prototype.record = function (sku, delta, reason) {
  var at = this.now();
  this.records.push({ at: at, sku: sku, delta: delta, reason: reason });
};

Ledger.prototype.of = function (sku) {
  return this.records.filter(function (record) {
    return record.sku === sku;
  });
};

/** The quantity that the history adds up to. */
Ledger.prototype.balance = function (sku) {
  return this.of(sku).reduce(function (sum, record) {
    return sum + record.delta;
  }, 0);
};

/** Units taken out per day, over the given number of days back from now. */
Ledger.prototype.rate = function (sku, days) {
  var since = this.now() - days * DAY_MS;
  var taken = 0;
  var recent = this.of(sku);
  for (var i = 0; i < recent.length; i++) {
    var record = recent[i];
    if (record.at >= since && record.delta < 0) {
      taken -= record.delta;
    }
  }
  return taken / days;
};

/** How many days the stock lasts at that rate; Infinity where nothing goes out. */
Ledger.prototype.daysLeft = function (sku, days) {
  var rate = this.rate(sku, days);
  return rate === 0 ? Infinity : Math.floor(this.balance(sku) / rate);
};

Ledger.prototype.describe = function () {
  return this.records.map(function (record) {
    var sign = record.delta > 0 ? '+' : '';
    return record.sku + ' ' + sign + record.delta + ' (' + record.reason + ')';
  });
};

module.exports = { Ledger: Ledger, DAY_MS: DAY_MS };
