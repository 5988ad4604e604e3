// What was taken, kept in the browser itself: a reload, another page or another day brings it back.

const [BASE, STORE, LIST] = ["cnn-studio-teach", "pictures", "things"];

const done = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function store(mode) {
  const opening = indexedDB.open(BASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const base = await done(opening);
  const transaction = base.transaction(STORE, mode);
  transaction.oncomplete = transaction.onabort = () => base.close();
  return transaction.objectStore(STORE);
}

// {things: as Things has them, pictures: a Map from their keys to JPEG in base64}; null where nothing is, or may be, kept.
export async function recalledThings() {
  try {
    const kept = await store("readonly");
    const [keys, values] = await Promise.all([done(kept.getAllKeys()), done(kept.getAll())]);
    const pictures = new Map(keys.map((key, n) => [key, values[n]]));
    const things = pictures.get(LIST);
    pictures.delete(LIST);
    if (!Array.isArray(things) || !things.length) return null;
    for (const thing of things) thing.pictures = thing.pictures.filter(key => pictures.has(key));
    return {things, pictures};
  } catch {
    return null; // forbidden, as in some private windows, or not ours
  }
}

export async function keepThings(things, pictures) {
  try {
    const kept = await store("readwrite");
    const wanted = new Set(things.flatMap(thing => thing.pictures));
    const there = new Set(await done(kept.getAllKeys()));
    for (const key of there) if (key !== LIST && !wanted.has(key)) kept.delete(key);
    for (const key of wanted) if (!there.has(key)) kept.put(pictures.get(key), key);
    kept.put(JSON.parse(JSON.stringify(things)), LIST);
  } catch {
    // Full, or forbidden: the visit goes on without.
  }
}
