'use strict';

var SMALL_WORDS = ['a', 'and', 'of', 'the', 'with'];

function repeat(character, times) {
  return new Array(Math.max(0, times) + 1).join(character);
}

function padRight(value, width) {
  var text = String(value);
  return text + repeat(' ', width - text.length);
}

function padLeft(value, width) {
  var text = String(value);
  return repeat(' ', width - text.length) + text;
}

/** Makes "green tea with mint" into "Green Tea with Mint". */
function titleCase(text) {
  return text
    .split(' ')
    .map(function (word, index) {
      if (index > 0 && SMALL_WORDS.indexOf(word) !== -1) {
        return word;
      }
      return word.charAt(0).toUpperCase() + word.slice(1);
    })
    .join(' ');
}

/** Lower-case words without punctuation, for comparing and searching. */
function words(text) {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(function (word) {
      return word !== '';
    });
}

function slug(text) {
  return words(text).join('-');
}

/** "1 box", "2 boxes": the plural is given, never guessed. */
function count(amount, one, many) {
  return amount + ' ' + (amount === 1 ? one : many);
}

module.exports = {
  count: count,
  padLeft: padLeft,
  padRight: padRight,
  repeat: repeat,
  slug: slug,
  titleCase: titleCase,
  words: words,
};
