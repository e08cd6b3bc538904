// A button that copies a text. Where the browser cannot, it stays hidden and the text can be marked by hand.
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
      button.textContent = button.dataset.copied
    } catch {
      button.hidden = true
    }
  })
}
