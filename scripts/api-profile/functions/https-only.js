// Every server is reached over https, on port 443 (UFN.02, SAK.01), and its address has no odd characters (UFN.07).
export default function httpsOnly(servers) {
  if (!servers?.length) return [{ message: "servers saknas / servers is missing" }];
  return servers
    .filter(({ url }) => !/^https:\/\/(\{host\}|[a-z0-9.-]+)(:443)?(\/[a-z0-9.~-]+)*$/.test(url))
    .map(({ url }) => ({ message: `${url} är inte https på port 443 / is not https on port 443` }));
}
