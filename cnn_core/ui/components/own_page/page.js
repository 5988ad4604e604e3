// A page of one's own: the living network as in the studio, from what stands in the document itself.
import {LivingNetwork} from "../network/network.js";
import {Pictures} from "./pictures.js";

const part = name => document.getElementById(name).textContent;
const inBase64 = values => btoa(values.reduce((text, value) => text + String.fromCharCode(value), ""));

function openPage() {
  const {head, pictures} = JSON.parse(part("network"));
  const weights = Uint8Array.from(atob(part("weights")), letter => letter.charCodeAt(0));
  const root = document.querySelector(".living");
  const network = new LivingNetwork(root, () => {}); // there is nobody to tell
  network.give(head, weights);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => network.look());
  document.querySelector(".notice").remove();
  root.living = network; // for tests, and for the curious in the console
  if (!pictures) return;
  const show = values => network.give({...head, image: inBase64(values), imageless: false}, weights);
  const chosen = new Pictures(document.querySelector(".pictures"), {...pictures, shape: head.input}, show);
  chosen.buttons[0]?.click(); // a network at work says more than an empty one
}

openPage();
