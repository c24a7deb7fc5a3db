/*
 * Says in the hint of a password that is being chosen whether it is long enough. The shop checks it
 * all the same.
 */
for (const input of document.querySelectorAll<HTMLInputElement>("[autocomplete=new-password]")) {
  const hint = document.getElementById(`${input.id}-hint`);
  if (!hint) continue;
  const advice = hint.textContent;
  // Read aloud when the sentence changes, and not at every key.
  hint.setAttribute("role", "status");
  input.addEventListener("input", () => {
    const sentence = judge(input.value) ?? advice;
    if (hint.textContent !== sentence) hint.textContent = sentence;
  });
}

function judge(password: string): string | null {
  if (password === "") return null;
  if (password.length < 10) return "Not long enough yet: at least 10 characters.";
  if (new Set(password.toLowerCase()).size < 6)
    return "Long enough, but the same few characters over and over are guessed soon.";
  if (password.length < 15) return "Long enough. One more word makes it much stronger.";
  return "Good, as long as others don’t know these words to be yours.";
}
