// Unpacks plotly.js and draws every chart from the data beside it; where that fails, the charts' words stay.
(async () => {
  const config = { displayModeBar: false, responsive: true };
  const ON_PAPER = 0.8; // of its height on a screen: two rows of experiments fit on a page of A4
  const charts = [...document.querySelectorAll(".chart")];
  const heights = charts.map((chart) => chart.clientHeight);

  async function unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  function draw(chart) {
    const { data, layout } = JSON.parse(chart.querySelector("script").textContent);
    return Plotly.newPlot(chart, data, layout, config);
  }

  // Paper has another width than the window, and the browser waits for nobody once it prints.
  function fit(printing) {
    document.documentElement.classList.toggle("printing", printing);
    for (const [index, chart] of charts.entries()) {
      chart.style.height = `${heights[index] * (printing ? ON_PAPER : 1)}px`;
      Plotly.relayout(chart, { width: chart.clientWidth, height: chart.clientHeight });
      if (!printing) Plotly.relayout(chart, { width: null, autosize: true });
    }
  }

  try {
    const script = document.createElement("script");
    script.textContent = await unpack(document.getElementById("plotly").textContent);
    document.head.append(script);
    for (const chart of charts) await draw(chart);
    addEventListener("beforeprint", () => fit(true));
    addEventListener("afterprint", () => fit(false));
  } catch (error) {
    document.documentElement.classList.remove("charts");
    console.warn(error);
  }
})();
