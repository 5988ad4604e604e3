// Has the browser fetch and compile one of Streamlit's own scripts; it is run when a chart needs it.
export default function ({data}) {
  const own = document.querySelector('script[type="module"][src*="/static/js/"]');
  if (!own) return;
  const {href} = new URL(data.script, own.src);
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), {rel: "modulepreload", href}));
}
