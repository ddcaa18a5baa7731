// A chosen theme is set before the first paint, so that nothing flashes; without a choice the system's counts.
const theme = localStorage.getItem('blotter.theme')
if (theme) document.documentElement.dataset.theme = theme
