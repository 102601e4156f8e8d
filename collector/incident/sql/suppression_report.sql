-- Mark a window as reported: from here on it holds nothing back.
update store.suppression set reported = now() where suppression = %(suppression)s
