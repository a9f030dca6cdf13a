'use strict';

var basket = require('./lib/pricing/basket');
var product = require('./lib/inventory/product');

module.exports = {
  Basket: basket.Basket,
  Ledger: require('./lib/inventory/movements').Ledger,
  Money: require('./lib/util/money').Money,
  Stock: require('./lib/inventory/stock').Stock,
  createProduct: product.createProduct,
  search: require('./lib/inventory/search').search,
  reorderList: require('./lib/inventory/reorder').reorderList,
  reports: {
    csv: require('./lib/reports/csv').stockCsv,
    labels: require('./lib/reports/labels').shelfLabels,
    summary: require('./lib/reports/summary').summary,
    table: require('./lib/reports/table').stockTable,
  },
};
