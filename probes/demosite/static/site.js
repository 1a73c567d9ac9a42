// What the pages do beyond working without it.
"use strict";

const cookieBar = document.getElementById("cookie-bar");
if (!document.cookie.includes("hakoniwa_cookies=ok")) cookieBar.hidden = false;
document.getElementById("cookie-ok").addEventListener("click", () => {
  document.cookie = "hakoniwa_cookies=ok; path=/; max-age=31536000; samesite=lax";
  cookieBar.hidden = true;
});

const showPassword = document.getElementById("show-password");
showPassword?.addEventListener("change", () => {
  document.getElementById("password").type = showPassword.checked ? "text" : "password";
});

const picture = document.getElementById("document");
picture?.addEventListener("change", () => {
  const tooLarge = (picture.files[0]?.size ?? 0) > Number(picture.dataset.limit);
  document.getElementById("document-too-large").hidden = !tooLarge;
});
