// A visitor who goes back to an earlier address of the page, or forward. Streamlit brings the page's script the address, but
// so does a click that was under way while the script wrote a newer one.

let page = null; // where the visitor was when this was told last
let told = () => {};

export function tellOfGoingBack(tell) {
  page = location.pathname;
  told = tell;
}

addEventListener("popstate", () => {
  if (location.pathname === page) told(); // else another page's script is about to run
}, {capture: true}); // before Streamlit hears of it: else the script might run once without knowing
