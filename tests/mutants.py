"""Every program one edit away from a given one: what a slip of the hand would make.

Edits that change nothing by the book's conventions are left out: capitals are matrices,
so a lower-case name is a vector, which has no transpose and whose product with another
vector has no order; and `len(X)` and `X.shape` read a shape, whatever the numbers are.
"""

import ast
import copy

SWAPPED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
SYMMETRIC = ast.Add, ast.Mult  # a + b is b + a: no edit


def mutants(source):
    """The sources of all mutants of the function in `source`, each once."""
    tree = ast.parse(source)
    original = ast.unparse(tree)
    seen = {original}
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef))
    names = sorted(
        {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        & ({a.arg for a in function.args.args} | stored(function))
    )
    only_shapes = {id(read_for_shape(n)) for n in ast.walk(function)}
    for path, node in places(function):
        for edit in edits(node, names):
            if id(node) in only_shapes and isinstance(edit, ast.BinOp):
                continue
            mutant = copy.deepcopy(tree)
            target = next(n for n in mutant.body if isinstance(n, ast.FunctionDef))
            replace(target, path, edit)
            text = ast.unparse(ast.fix_missing_locations(mutant))
            if text not in seen:
                seen.add(text)
                yield text


def read_for_shape(node):
    """The operand of `len(X)` or `X.shape`, else None."""
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.args[0] if node.func.id == "len" else None
    return None


def stored(function):
    """Names that the function assigns to."""
    nodes = (n for n in ast.walk(function) if isinstance(n, ast.Name))
    return {n.id for n in nodes if isinstance(n.ctx, ast.Store)}


def places(node, path=()):
    """(path, node) for every node below `node`, but not its arguments and docstring."""
    for field, value in ast.iter_fields(node):
        if field in ("args", "decorator_list") and isinstance(node, ast.FunctionDef):
            continue
        for i, child in (
            enumerate(value) if isinstance(value, list) else [(None, value)]
        ):
            if isinstance(child, ast.AST) and not docstring(node, child):
                here = (*path, (field, i))
                yield here, child
                yield from places(child, here)


def docstring(parent, child):
    return (
        isinstance(parent, ast.FunctionDef)
        and isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
    )


def replace(node, path, new):
    """Put `new` where `path` leads from `node`."""
    for field, i in path[:-1]:
        node = getattr(node, field) if i is None else getattr(node, field)[i]
    field, i = path[-1]
    if i is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[i] = new


def changed(node, **fields):
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def edits(node, names):
    """What one edit makes of this node."""
    for kind, rule in RULES:
        if isinstance(node, kind):
            yield from rule(node, names)


def operators(node, names):
    for new in SWAPPED.get(type(node.op), ()):
        yield changed(node, op=new())
    yield from (node.left, node.right)
    matrices = is_matrix(node.left) or is_matrix(node.right)
    if not isinstance(node.op, SYMMETRIC) and (
        matrices or not isinstance(node.op, ast.MatMult)
    ):
        yield changed(node, left=node.right, right=node.left)
    if isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if is_matrix(operand):
                yield changed(node, **{side: ast.Attribute(operand, "T", ast.Load())})


def is_matrix(node):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return is_matrix(node.value)
    return isinstance(node, ast.Name) and node.id[0].isupper()


def comparisons(node, names):
    for new in SWAPPED.get(type(node.ops[0]), ()):
        yield changed(node, ops=[new()])
    yield changed(node, left=node.comparators[0], comparators=[node.left])


def booleans(node, names):
    for new in SWAPPED[type(node.op)]:
        yield changed(node, op=new())
    yield from node.values


def constants(node, names):
    if type(node.value) in (int, float):
        for value in (node.value + 1, node.value - 1, 2 * node.value + 3):
            yield ast.Constant(value)
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def variables(node, names):
    """Another name, its neighbours, its transpose."""
    if isinstance(node.ctx, ast.Load) and node.id in names:
        for other in names:
            if other != node.id:
                yield ast.Name(other, ast.Load())
        for op in (ast.Add(), ast.Sub()):
            yield ast.BinOp(node, op, ast.Constant(1))


def calls(node, names):
    for i in range(len(node.args) - 1):
        args = list(node.args)
        args[i], args[i + 1] = args[i + 1], args[i]
        yield changed(node, args=args)
    for i in range(len(node.args)):
        yield changed(node, args=node.args[:i] + node.args[i + 1 :])
        yield node.args[i]
    for i in range(len(node.keywords)):
        yield changed(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
    if isinstance(node.func, ast.Attribute):
        yield node.func.value


def sequences(node, names):
    for i in range(len(node.elts) - 1):
        elts = list(node.elts)
        elts[i], elts[i + 1] = elts[i + 1], elts[i]
        yield changed(node, elts=elts)
    if isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            yield changed(node, elts=node.elts[:i] + node.elts[i + 1 :])


def statements(node, names):
    """Dropped altogether; an assignment that updates becomes one that forgets."""
    if not isinstance(node, ast.Pass):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        for new in SWAPPED.get(type(node.op), ()):
            yield changed(node, op=new())
        yield ast.Assign([node.target], node.value)
    if isinstance(node, ast.If | ast.While):
        yield changed(node, test=ast.UnaryOp(ast.Not(), node.test))
        yield changed(node, test=ast.Constant(True))
    if isinstance(node, ast.Return) and node.value:
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Break):
        yield ast.Continue()
    if isinstance(node, ast.Continue):
        yield ast.Break()


RULES = [
    (ast.BinOp, operators),
    (ast.UnaryOp, lambda node, names: [node.operand]),
    (ast.Compare, comparisons),
    (ast.BoolOp, booleans),
    (ast.Constant, constants),
    (ast.Name, variables),
    (ast.Call, calls),
    (ast.Attribute, lambda node, names: [node.value] if node.attr == "T" else []),
    (ast.Tuple | ast.List, sequences),
    (ast.stmt, statements),
]
