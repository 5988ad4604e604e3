// The image after every stage of its treatment, and what each network would say if it ended there.
import {element} from "../network/blocks.js";

// stages: [{title, caption, alt, picture: a URL, width, height: in CSS pixels, answers: one {name, told} a network}]
export function stageList(stages, networks) {
  return element("ol", "stages", ...stages.map(stage => element("li", "stage", tile(stage),
    element("strong", "", stage.title), element("span", "caption", stage.caption),
    ...stage.answers.map((answer, n) => answerLine(answer, networks[n])))));
}

function tile({picture, alt, width, height}) {
  const image = element("img");
  Object.assign(image, {src: picture, alt, width, height});
  return element("div", "tile", image);
}

function answerLine({name, told}, {title, colour}) {
  const line = element("span", "answer", element("b", "", name), ` ${told}`);
  line.style.setProperty("--colour", colour);
  line.title = title;
  return line;
}
