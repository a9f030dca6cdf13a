'use strict';

var TEXTS = {
  en: { inStock: 'in stock', low: 'almost gone', soldOut: 'sold out' },
  de: { inStock: 'vorrätig', low: 'fast weg', soldOut: 'ausverkauft' },
  ja: { inStock: '在庫あり', low: '残りわずか', soldOut: '売り切れ' },
  zh: { inStock: '有货', low: '即将售罄', soldOut: '已售完' },
};

var ICONS = { tea: '🍵', books: '📚', food: '🍪', other: '📦' };

/** The one word that a shelf label says about a quantity. */
function stateOf(entry) {
  if (entry.quantity === 0) {
    return 'soldOut';
  }
  return entry.quantity <= entry.product.minimum ? 'low' : 'inStock';
}

function iconOf(category) {
  return ICONS[category] || ICONS.other;
}

/** A label for one shelf: "🍵 Sencha · 12.50 EUR · 在庫あり". */
function shelfLabel(entry, language) {
  var texts = TEXTS[language] || TEXTS.en;
  var parts = [
    iconOf(entry.product.category) + ' ' + entry.product.name,
    entry.product.price.toString(),
    texts[stateOf(entry)],
  ];
  return parts.join(' · ');
}

function shelfLabels(stock, language) {
  return stock.list().map(function (entry) {
    var sku = entry.product.sku;
    var label = shelfLabel(entry, language);
    return { sku: sku, label: label };
  });
}

/** Cuts by what people see as characters, so that no emoji is torn apart. */
function shorten(label, length) {
  var characters = Array.from(label);
  if (characters.length <= length) {
    return label;
  }
  return characters.slice(0, length - 1).join('') + '…';
}

function languages() {
  return Object.keys(TEXTS).filter(function (code) {
    return TEXTS[code].inStock !== '';
  });
}

module.exports = {
  iconOf: iconOf,
  languages: languages,
  shelfLabel: shelfLabel,
  shelfLabels: shelfLabels,
  shorten: shorten,
};
