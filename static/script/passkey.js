// A key in a device: the browser is asked for it, and its answer goes with the form as text.
(function () {
  "use strict";
  var place = document.querySelector("[data-passkey]");
  if (!place || !window.PublicKeyCredential) return;

  var bytes = function (text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (c) { return c.charCodeAt(0); });
  };
  var text = function (buffer) {
    var plain = "";
    new Uint8Array(buffer).forEach(function (one) { plain += String.fromCharCode(one); });
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  var read = function (options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.excludeCredentials || options.allowCredentials || []).forEach(function (key) { key.id = bytes(key.id); });
    return options;
  };
  var written = function (found) {
    var response = { clientDataJSON: text(found.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (found.response[part]) response[part] = text(found.response[part]);
    });
    return JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response: response });
  };

  var form = place.closest("form");
  var status = place.querySelector("[role=status]");
  var making = place.dataset.passkey === "create";
  var ask = function () {
    status.textContent = "Follow what your device says.";
    var token = form.querySelector("[name=csrf_token]").value;
    fetch(place.dataset.question, {
      method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token }
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (options) {
      var asked = { publicKey: read(options) };
      return making ? navigator.credentials.create(asked) : navigator.credentials.get(asked);
    }).then(function (found) {
      form.querySelector("[name=credential]").value = written(found);
      form.submit();
    }).catch(function () {
      status.textContent = making ? "No key was made. You can try again, or set up an app." : "No key was used. You can try again, or type a code.";
    });
  };
  place.hidden = false;
  if (making) {
    form.addEventListener("submit", function (event) {
      if (!form.querySelector("[name=name]").value.trim()) return;
      event.preventDefault();
      ask();
    });
  } else {
    place.querySelector("button").addEventListener("click", ask);
  }
})();
