import exocet, types

normal = exocet.pep302Mapper
mappers = {
    "as they are": normal,
    "another config": normal.withOverrides({"config": types.SimpleNamespace(user="Grace")}),
    "without sys": exocet.ExclusiveMapper(normal, ["sys"]),
}
for title, mapper in mappers.items():
    print(title)
    for plugin in exocet.getModule("plugins").iterModules():
        print(f"    {plugin.name:16}", exocet.load(plugin, mapper).TEXT)
