// The order of a ticket list: where a row belongs among the others.

/**
 * What a row is sorted by; a clock that does not run comes last.
 * @param {HTMLElement} row
 * @param {string} sort "recent", "due" or "created"
 */
export function key(row, sort) {
  if (sort === "due") return row.dataset.due || "9999";
  return sort === "created" ? row.dataset.number.padStart(20, "0") : row.dataset.recent;
}

/** The row's index among the sorted others: by its key, then by id, in the direction of the sort. */
export function search(others, row, sort) {
  const direction = sort === "due" ? 1 : -1;
  const isBefore = (other) => {
    const [a, b] = [key(other, sort), key(row, sort)];
    const order = a === b ? other.dataset.ticket - row.dataset.ticket : a < b ? -1 : 1;
    return order * direction < 0;
  };
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(others[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
