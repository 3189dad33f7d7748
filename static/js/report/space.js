// The athlete and the shadow in space, with three.js. Units are metres, Z is up, X runs from the rubber to the plate.

import { UNDRAWN } from "./landmarks.js";

const LIMB_M = 0.032;
const RADII = { 11: 0.05, 12: 0.05, 23: 0.055, 24: 0.055, 25: 0.045, 26: 0.045, 13: 0.04, 14: 0.04 };
const JOINT_M = 0.03;
const HEAD_M = 0.105;
const TRAIL_M = 0.012;
// The shadow is thinner than the athlete, so that it shows where it is inside them and hides nothing.
const GHOST = 0.72;
const MOST_STICKS = 700;
const VIEW_DEG = 35;

// Many cylinders and balls in two draws: they are moved every frame and never made anew.
class Pool {
  constructor(three, scene, geometry, material, most = MOST_STICKS) {
    this.three = three;
    this.mesh = new three.InstancedMesh(geometry, material, most);
    this.mesh.frustumCulled = false;
    this.helper = new three.Object3D();
    this.colour = new three.Color();
    this.used = 0;
    scene.add(this.mesh);
  }

  start() {
    this.used = 0;
  }

  put(colour) {
    if (this.used >= this.mesh.instanceMatrix.count) return;
    this.helper.updateMatrix();
    this.mesh.setMatrixAt(this.used, this.helper.matrix);
    this.mesh.setColorAt(this.used, this.colour.set(colour));
    this.used += 1;
  }

  stick(from, to, radius, colour) {
    const { Vector3 } = this.three;
    const [a, b] = [new Vector3(...from), new Vector3(...to)];
    const way = b.clone().sub(a);
    const length = way.length();
    if (length < 1e-6) return;
    this.helper.position.copy(a).addScaledVector(way, 0.5);
    this.helper.quaternion.setFromUnitVectors(new Vector3(0, 1, 0), way.divideScalar(length));
    this.helper.scale.set(radius, length, radius);
    this.put(colour);
  }

  ball(at, radius, colour) {
    this.helper.position.set(...at);
    this.helper.quaternion.identity();
    this.helper.scale.setScalar(radius);
    this.put(colour);
  }

  end() {
    this.mesh.count = this.used;
    this.mesh.instanceMatrix.needsUpdate = true;
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }
}

export class Space {
  // Throws where the browser has no WebGL: the caller then takes the plain view.
  constructor(three, canvas, orbit, sceneGeometry) {
    Object.assign(this, { three, canvas, orbit, sceneGeometry, athlete: sceneGeometry.athlete });
    this.renderer = new three.WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
    this.scene = new three.Scene();
    this.camera = new three.PerspectiveCamera(VIEW_DEG, 1, 0.05, 100);
    this.camera.up.set(0, 0, 1);
    this.trails = false;
    this.ghost = null;
    this.row = 0;
    this.light();
    this.ground();
    this.bodies();
    orbit.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.resize()).observe(canvas);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.ground());
    this.resize();
  }

  light() {
    const { HemisphereLight, DirectionalLight } = this.three;
    this.scene.add(new HemisphereLight(0xffffff, 0x8a8478, 2.2));
    const sun = new DirectionalLight(0xffffff, 1.6);
    sun.position.set(-2, -3, 5);
    this.scene.add(sun);
  }

  ground() {
    const { BufferGeometry, Float32BufferAttribute, LineBasicMaterial, LineSegments, Group } = this.three;
    if (this.floor) this.scene.remove(this.floor);
    this.floor = new Group();
    const style = getComputedStyle(this.canvas);
    const grid = new BufferGeometry();
    grid.setAttribute("position", new Float32BufferAttribute(this.sceneGeometry.grid.flat(2), 3));
    this.floor.add(new LineSegments(grid, new LineBasicMaterial({ color: style.getPropertyValue("--c-rule").trim() })));
    this.floor.add(this.rubber(), this.arrow(style.getPropertyValue("--c-quiet").trim()), this.sign(style.color));
    this.scene.add(this.floor);
    this.draw();
  }

  rubber() {
    const { BoxGeometry, Mesh, MeshStandardMaterial } = this.three;
    const slab = new Mesh(new BoxGeometry(0.153, 0.61, 0.03), new MeshStandardMaterial({ color: 0xf5f5f0 }));
    const [x, y, z] = this.sceneGeometry.rubber;
    slab.position.set(x, y, z - 0.01);
    return slab;
  }

  arrow(colour) {
    const { ArrowHelper, Vector3 } = this.three;
    const [start, end] = this.sceneGeometry.way;
    const length = end[0] - start[0];
    return new ArrowHelper(new Vector3(1, 0, 0), new Vector3(start[0], start[1], start[2] + 0.004), length, colour, 0.16, 0.09);
  }

  // The word at the end of the arrow, always toward the eye.
  sign(colour) {
    const { CanvasTexture, Sprite, SpriteMaterial } = this.three;
    const plate = document.createElement("canvas");
    [plate.width, plate.height] = [384, 64];
    const context = plate.getContext("2d");
    context.font = "600 44px system-ui, sans-serif";
    context.fillStyle = colour;
    context.textAlign = "center";
    context.fillText("to the plate", 192, 46);
    const sign = new Sprite(new SpriteMaterial({ map: new CanvasTexture(plate), depthTest: false }));
    const [x, y, z] = this.sceneGeometry.way[1];
    sign.position.set(x - 0.15, y, z + 0.14);
    sign.scale.set(0.84, 0.14, 1);
    return sign;
  }

  bodies() {
    const { CylinderGeometry, SphereGeometry, MeshStandardMaterial } = this.three;
    const stick = new CylinderGeometry(1, 1, 1, 12);
    const ball = new SphereGeometry(1, 18, 12);
    const solid = () => new MeshStandardMaterial({ roughness: 0.65 });
    const glass = () => new MeshStandardMaterial({ roughness: 0.8, transparent: true, opacity: 0.5, depthWrite: false });
    const pools = (material) => ({
      sticks: new Pool(this.three, this.scene, stick, material()),
      balls: new Pool(this.three, this.scene, ball, material()),
    });
    this.solid = pools(solid);
    this.glass = pools(glass);
  }

  show(row) {
    this.row = row;
    this.draw();
  }

  resize() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width || !height) return;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  draw() {
    if (!this.solid) return;
    this.pose(this.athlete, this.solid, null);
    this.pose(this.ghost, this.glass, this.athlete.colours.shadow);
    this.look();
    this.renderer.render(this.scene, this.camera);
    this.canvas.dataset.row = this.row;
  }

  look() {
    const { turn, lift, zoom } = this.orbit;
    const { middle, size } = this.sceneGeometry;
    const half = Math.tan(((VIEW_DEG / 2) * Math.PI) / 180);
    const distance = (0.55 * size) / half / zoom / Math.min(1, this.camera.aspect);
    const flat = distance * Math.cos(lift);
    this.camera.position.set(
      middle[0] + flat * Math.cos(turn),
      middle[1] + flat * Math.sin(turn),
      middle[2] + distance * Math.sin(lift),
    );
    this.camera.lookAt(...middle);
  }

  pose(body, { sticks, balls }, colour) {
    sticks.start();
    balls.start();
    if (body) {
      this.limbs(body, sticks, colour);
      this.joints(body, balls, colour);
      if (this.trails) this.trail(body, sticks, colour);
    }
    sticks.end();
    balls.end();
  }

  limbs(body, sticks, colour) {
    for (const [a, b, role] of body.bones) {
      if (a < 11 || b < 11) continue;
      const [from, to] = [body.place(this.row, a), body.place(this.row, b)];
      if (from && to) sticks.stick(from, to, LIMB_M * (colour ? GHOST : 1), colour || body.colours[role]);
    }
  }

  joints(body, balls, colour) {
    for (let index = 11; index < 33; index += 1) {
      const point = UNDRAWN.has(index) ? null : body.place(this.row, index);
      if (point) balls.ball(point, (RADII[index] || JOINT_M) * (colour ? GHOST : 1), colour || "#f4f7fa");
    }
    const ears = [7, 8].map((index) => body.place(this.row, index));
    if (!ears.every(Boolean)) return;
    balls.ball(ears[0].map((value, axis) => (value + ears[1][axis]) / 2), HEAD_M, colour || body.colours.centre);
    const nose = body.place(this.row, 0);
    if (nose) balls.ball(nose, 0.028, colour || body.colours.casing);
  }

  trail(body, sticks, colour) {
    const found = this.sceneGeometry.trails(body, this.row);
    for (const [points, own] of [[found.wrist, body.colours.throwing], [found.hips, body.colours.centre]]) {
      for (let at = 1; at < points.length; at += 1) sticks.stick(points[at - 1], points[at], TRAIL_M, colour || own);
    }
  }
}
