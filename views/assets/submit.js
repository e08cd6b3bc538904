// Sends the form on. Not when the citizen comes back with the browser's own button: that would trap them on the next site.
if (performance.getEntriesByType('navigation')[0]?.type !== 'back_forward') {
  // The prototype's method: a field named "submit" would hide the form's own.
  HTMLFormElement.prototype.submit.call(document.getElementById('onward'))
}
