// Rows that change places glide there, so that one sees who has passed whom.

const GLIDE = {duration: 700, easing: "cubic-bezier(.3, 0, .2, 1)"};

// Called before a change, with the elements that are there; call what it gives after the change.
export function glide(elements) {
  const before = new Map([...elements].map(one => [one, one.getBoundingClientRect().top]));
  return () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [one, top] of before) {
      const by = one.isConnected ? top - one.getBoundingClientRect().top : 0;
      if (by) one.animate([{transform: `translateY(${by}px)`}, {transform: "none"}], GLIDE);
    }
  };
}
