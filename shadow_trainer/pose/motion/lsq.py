"""Sparse Gauss-Newton for trajectories: a banded block in time plus a few global unknowns.

Residual rows touch points of neighbouring frames (banded normal matrix) and globals (bone lengths, focal
length), which are eliminated by the Schur complement.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_solve_banded, cholesky_banded, solve_banded
from scipy.sparse import csr_matrix


@dataclass
class Rows:
    """Residual rows of a linearised problem with ``n`` local unknowns followed by ``g`` globals."""

    n: int
    g: int
    residual: list[np.ndarray] = field(default_factory=list)
    _row: list[np.ndarray] = field(default_factory=list)
    _col: list[np.ndarray] = field(default_factory=list)
    _val: list[np.ndarray] = field(default_factory=list)
    _count: int = 0

    def add(self, residual: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        """``residual`` (M,), with derivative ``values`` (M, k) at unknowns ``columns`` (M, k)."""
        m, k = columns.shape
        keep = np.isfinite(residual) & np.isfinite(values).all(1)
        residual, columns, values = residual[keep], columns[keep], values[keep]
        m = len(residual)
        self.residual.append(residual)
        self._row.append(np.repeat(np.arange(self._count, self._count + m), k))
        self._col.append(columns.ravel())
        self._val.append(values.ravel())
        self._count += m

    def cost(self) -> float:
        """Half the sum of squares."""
        return 0.5 * float(sum((r * r).sum() for r in self.residual))

    def matrices(self) -> tuple[csr_matrix, np.ndarray]:
        """Jacobian (M, n + g) and residuals (M,)."""
        shape = (self._count, self.n + self.g)
        index = (np.concatenate(self._row), np.concatenate(self._col))
        return csr_matrix((np.concatenate(self._val), index), shape=shape), np.concatenate(self.residual)


@dataclass(frozen=True)
class Normal:
    """Normal equations: banded ``band`` (upper form), coupling ``cross`` (n, g), ``corner`` (g, g)."""

    band: np.ndarray
    cross: np.ndarray
    corner: np.ndarray
    gradient: np.ndarray


def normal_equations(rows: Rows, width: int) -> Normal:
    """J^T J and J^T r with the local block in upper banded storage of ``width`` superdiagonals."""
    jacobian, residual = rows.matrices()
    gradient = jacobian.T @ residual
    n = rows.n
    full = (jacobian.T @ jacobian).tocsc()
    local = full[:n, :n].tocoo()
    keep = local.row <= local.col
    band = np.zeros((width + 1, n))
    band[width + local.row[keep] - local.col[keep], local.col[keep]] = local.data[keep]
    return Normal(band, full[:n, n:].toarray(), full[n:, n:].toarray(), gradient)


def step(normal: Normal, damping: float, *, free_globals: bool = True) -> np.ndarray:
    """The damped Gauss-Newton step (n + g,); globals stand still when not free (half the work)."""
    n, g = normal.cross.shape
    band = normal.band.copy()
    band[-1] += damping * band[-1] + 1e-9
    factor = cholesky_banded(band, overwrite_ab=True, check_finite=False)
    if not free_globals:
        local = cho_solve_banded((factor, False), normal.gradient[:n], check_finite=False)
        return -np.concatenate([local, np.zeros(g)])
    solved = cho_solve_banded(
        (factor, False), np.column_stack([normal.gradient[:n], normal.cross]), check_finite=False
    )
    corner = normal.corner + np.diag(damping * np.diag(normal.corner) + 1e-9)
    schur = corner - normal.cross.T @ solved[:, 1:]
    rest = normal.gradient[n:] - normal.cross.T @ solved[:, 0]
    globals_ = np.linalg.solve(schur, rest) if g else np.zeros(0)
    local = solved[:, 0] - solved[:, 1:] @ globals_
    return -np.concatenate([local, globals_])


def posterior_draws(normal: Normal, samples: int = 24, seed: int = 0) -> np.ndarray:
    """Deviations (n, samples) of the local unknowns, drawn from the Gauss-Newton posterior."""
    n, g = normal.cross.shape
    band = normal.band.copy()
    band[-1] += 1e-6
    factor = cholesky_banded(band, check_finite=False)
    rng = np.random.default_rng(seed)
    width = band.shape[0] - 1
    draw = solve_banded((0, width), factor, rng.standard_normal((n, samples)), check_finite=False)
    if g:
        solved = cho_solve_banded((factor, False), normal.cross, check_finite=False)
        schur = normal.corner - normal.cross.T @ solved + 1e-6 * np.eye(g)
        root = np.linalg.cholesky(np.linalg.inv((schur + schur.T) / 2))
        draw = draw - solved @ (root @ rng.standard_normal((g, samples)))
    return draw
