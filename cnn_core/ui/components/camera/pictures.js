// Pictures as they are sent: the middle of what is seen, a small square JPEG, in base64.

const QUALITY = 0.9;
const sheet = document.createElement("canvas");

// source: what a canvas can draw, of this width and height.
export function squared(source, width, height, side) {
  const cut = Math.min(width, height);
  sheet.width = sheet.height = side;
  const context = sheet.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // the paper under what is transparent
  context.fillRect(0, 0, side, side);
  context.drawImage(source, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
  return sheet.toDataURL("image/jpeg", QUALITY).split(",")[1];
}

// Rejects a file that this browser cannot read as a picture.
export async function fromFile(file, side) {
  const image = await createImageBitmap(file); // upright, whatever way the phone was held
  try {
    return squared(image, image.width, image.height, side);
  } finally {
    image.close();
  }
}

export const fromVideo = (video, side) => squared(video, video.videoWidth, video.videoHeight, side);
export const pictureUrl = jpeg => `data:image/jpeg;base64,${jpeg}`;
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), byte => byte.toString(16).padStart(2, "0")).join("");
