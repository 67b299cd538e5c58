"""Walks graphs: shortest paths, components, a spanning tree, colours and a cut."""
import networkx as nx


def work():
    roads = nx.Graph()
    roads.add_weighted_edges_from([("a", "b", 4), ("a", "c", 1), ("c", "b", 2), ("b", "d", 5), ("x", "y", 1)])
    assert nx.shortest_path_length(roads, "a", "d", weight="weight") == 8
    assert sorted(map(len, nx.connected_components(roads))) == [2, 4] and not nx.is_connected(roads)
    tree = nx.minimum_spanning_tree(roads)
    grid = nx.grid_2d_graph(3, 3)
    colours = nx.greedy_color(grid, strategy="largest_first")
    assert nx.is_bipartite(grid) and all(colours[a] != colours[b] for a, b in grid.edges) and nx.is_isomorphic(grid, grid.copy())
    try:
        nx.shortest_path(roads, "a", "x")
    except nx.NetworkXNoPath as error:
        reason = str(error)
    return [
        ">".join(nx.dijkstra_path(roads, "a", "d")), str(tree.size("weight")), "".join(nx.dfs_preorder_nodes(roads, "a")), str(sorted(nx.articulation_points(roads))),
        str(round(nx.density(nx.petersen_graph()), 4)), str(nx.diameter(grid)), str(sum(nx.triangles(nx.complete_graph(4)).values())), reason,
    ]


def identity():
    return nx.Graph
