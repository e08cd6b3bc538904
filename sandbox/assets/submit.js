// Sends the only form of the page on its way. Without JavaScript its button is there.
document.forms[0].submit()
