// Shows what was pushed, also where no page is open. It keeps nothing and answers no
// request: whoever opens a message is asked who he is by the page.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (said) => {
  const { title = "Wachtpost", text = "", link = "/" } = said.data?.json() ?? {};
  const shown = { body: text, tag: link, data: link, icon: "/static/icon.svg", renotify: true, requireInteraction: true };
  said.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (said) => {
  said.notification.close();
  const link = new URL(said.notification.data, self.location.origin);
  if (link.origin === self.location.origin) said.waitUntil(self.clients.openWindow(link.href));
});
