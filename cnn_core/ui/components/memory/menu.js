// On a phone the menu lies over the page: it closes once something was chosen in it, and is not there when one comes.

const PHONE = "(max-width: 768px)"; // where Streamlit lays its sidebar over the page

let here = null; // where the visitor was when this was told last

// Streamlit does this itself, but only after a link and in browsers that call themselves mobile.
export function closeMenuAfterChoice(place) {
  const moved = here !== null && place !== here;
  here = place;
  if (moved) closeMenu();
}

// Its own button, which is there while the menu is open.
function closeMenu() {
  if (matchMedia(PHONE).matches) document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

// Streamlit would open a menu again that was open when the page was left.
addEventListener("pagehide", closeMenu);
document.addEventListener("visibilitychange", () => { if (document.hidden) closeMenu(); });
