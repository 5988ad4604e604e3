// A link and the button that copies it.

const SHOWN = 2000; // ms for which the button says what it has done

// Browsers give their clipboard only to pages that came by https or from this computer; the older way works anywhere.
async function copy(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    input.select();
    return document.execCommand("copy");
  }
}

// data: {link, words: {link, copy, copied, by_hand}}
export default function ({data: {link, words}, parentElement}) {
  const [input, button, status] = ["input", "button", "span"].map(name => parentElement.querySelector(name));
  input.value = link;
  input.setAttribute("aria-label", words.link);
  input.onfocus = () => input.select();
  button.textContent = words.copy;
  let timer;
  button.onclick = async () => {
    const done = await copy(input);
    if (!done) input.focus(); // it is selected then
    else button.focus();
    button.textContent = status.textContent = done ? words.copied : words.by_hand;
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = words.copy; status.textContent = ""; }, SHOWN);
  };
  return () => clearTimeout(timer);
}
