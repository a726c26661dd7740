// Passkeys: the browser makes or shows one, and the form that asked takes the answer along.
(() => {
  "use strict";
  const Key = window.PublicKeyCredential;
  const canUse = Boolean(Key?.parseCreationOptionsFromJSON);
  document.documentElement.classList.toggle("can-use-keys", canUse);

  const asked = async (form) => {
    const data = document.getElementById("key-data");
    // At sign-in nobody is known yet: the question is asked when the button is pressed.
    return data ? JSON.parse(data.textContent) : (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
  };

  const make = (publicKey, isAlone) => {
    const wanted = structuredClone(publicKey);
    const { authenticatorSelection: selection } = wanted;
    selection.residentKey = isAlone ? "required" : "discouraged";
    selection.requireResidentKey = isAlone;
    if (isAlone) selection.userVerification = "required";
    return navigator.credentials.create({ publicKey: Key.parseCreationOptionsFromJSON(wanted) });
  };

  const answer = async (form) => {
    const data = await asked(form);
    if (data.creation_options) return make(data.creation_options.publicKey, form.elements.passwordless.checked);
    return navigator.credentials.get({ publicKey: Key.parseRequestOptionsFromJSON(data.request_options.publicKey) });
  };

  const complain = () => {
    const words = document.getElementById("trouble-key");
    document.getElementById("messages").replaceChildren(words.content.cloneNode(true));
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-key]")) return;
    event.preventDefault();
    try {
      const credential = await answer(form);
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      complain();
    }
  });
})();
