// What the stepper was given, and what stands out in it.

const rounded = values => Array.from(values, value => Math.round(value * 1e4) / 1e4); // as Python sends them

// Whether all of it is there already: what a visitor typed comes back from the server a moment later, and the field that
// they are in must stay.
export function isShown(stepper, {image, filters, settings, editable, stack}) {
  const pixels = {shape: stepper.image.shape, values: rounded(stepper.image.values)};
  const now = {image: pixels, filters: stepper.filters, settings: stepper.settings};
  const same = stepper.data.editable === editable && stepper.data.stack === stack;
  return same && JSON.stringify(now) === JSON.stringify({image, filters, settings});
}

// The largest of all, whatever its sign.
export const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

// The cell with the largest value, each cell having one a channel.
export const strongestOf = (values, channels) => Math.floor(values.reduce((best, value, place) =>
  (Math.abs(value) > Math.abs(values[best]) ? place : best), 0) / channels);
