// Numbers as one writes them on paper, and back.

export const LARGEST = 1000;

// 3 is 3, 0.256 is 0.26, 0.0042 is 0.004; a true minus, and no −0.
export function written(value) {
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size < 0.1 ? 3 : 2;
  const rounded = Number(size.toFixed(digits));
  const text = Number.isInteger(rounded) ? String(rounded) : rounded.toFixed(digits);
  return value < 0 && rounded > 0 ? `−${text}` : text;
}

// As a factor or a summand behind a sign.
export const inBrackets = value => (written(value).startsWith("−") ? `(${written(value)})` : written(value));

// What somebody typed, to four places; null when it is no number, or one too large.
export function typed(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) && Math.abs(value) <= LARGEST ? Math.round(value * 1e4) / 1e4 : null;
}
