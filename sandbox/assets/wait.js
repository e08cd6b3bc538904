// Counts the seconds down and looks every second whether the page has become another. Without JavaScript it is loaded again every five.
const { state, ask } = document.querySelector('[data-state]').dataset
const clock = document.querySelector('[data-seconds]')
const end = performance.now() + 1000 * Number(clock?.dataset.seconds)

const two = (number) => String(number).padStart(2, '0')
const tick = async () => {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000))
  if (clock) clock.textContent = `${Math.floor(left / 60)}:${two(left % 60)}`
  try {
    const answer = await fetch(ask)
    if (!answer.ok || (await answer.text()) !== state) return location.reload()
  } catch {
    // the server does not answer just now: the next second may be better
  }
  setTimeout(tick, 1000)
}
setTimeout(tick, 1000)
