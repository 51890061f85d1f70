// The button that hands the invitation to whatever the phone shares with, or
// copies it; without this script the link itself does.
const button = document.querySelector("[data-share]");
const url = button.dataset.share;
if (navigator.share) {
  button.hidden = false;
  button.addEventListener("click", () => { navigator.share({ url }).catch(() => {}); }); // called off
} else if (navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", () => navigator.clipboard.writeText(url));
}
