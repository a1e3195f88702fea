"""The published rubric and profiles, evaluated by the official engine (json-formula) over crJSON."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from provenance.terms import ACTIONS
from provenance.verification.model import Manifest, Verification
from tests.support.environment import RUBRIC

# Reads a list of crJSON stores, writes for each the answer of every profile.
_PROFILES = r"""
import { readFileSync } from 'node:fs';
import JsonFormula, { dataTypes } from '@adobe/json-formula';
import yaml from 'js-yaml';
const NAMES = ['human-illustration', 'fully-generative-ai', 'real-life-capture', 'real-media'];
const formula = new JsonFormula({ _hasMultipleActions: {
  _func: (args, data, interpreter) => interpreter.search(many, args[0]),
  _signature: [{ types: [dataTypes.TYPE_ANY] }] } });
const many = formula.compile("length(manifests[0].assertions.'c2pa.actions.v2'.actions) > 1", []);
const profiles = Object.fromEntries(NAMES.map((name) => [name,
  yaml.loadAll(readFileSync(`../../rubrics/profiles/${name}_profile.yml`, 'utf8')).flat().filter((check) => check?.expression)]));
const stores = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(stores.map((store) => Object.fromEntries(NAMES.map((name) => {
  const profile = {};
  for (const check of profiles[name]) {
    const id = check.id;
    const data = id === 'c2pa:profile_compliance' ? { profile } : store;
    profile[id] = Boolean(formula.search(check.expression.trim(), data));
  }
  return [name, profile['c2pa:profile_compliance']];
})))));
"""


def official_profiles(stores: list[dict[str, Any]]) -> list[dict[str, bool]]:
    """Return what each published profile says of each crJSON store."""
    assert RUBRIC is not None
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _PROFILES],
        cwd=RUBRIC,
        input=json.dumps(stores),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, bool]] = json.loads(done.stdout)
    return found


def crjson_of(verification: Verification) -> dict[str, Any]:
    """Return as much crJSON of a verification made by hand as the rubric and the profiles look at."""
    return {"manifests": [_manifest(found) for found in verification.manifests]}


def _manifest(found: Manifest) -> dict[str, Any]:
    assertions: dict[str, Any] = {}
    for action in found.actions:
        entry = {"action": action.name}
        if action.source_type_raw and not action.templated:
            entry["digitalSourceType"] = action.source_type_raw
        assertions.setdefault(action.assertion, {"actions": []})["actions"].append(entry)
    if ACTIONS in assertions and found.all_actions_included is not None:
        assertions[ACTIONS]["allActionsIncluded"] = found.all_actions_included
    for ingredient in found.ingredients:
        reference = {"activeManifest": {"url": ingredient.manifest}} if ingredient.manifest else {}
        assertions[ingredient.assertion] = {"relationship": ingredient.relationship} | reference
    for other in found.assertions:
        assertions.setdefault(other.label, {})
    gathered = [{"url": f"self#jumbf=c2pa.assertions/{other.label}"} for other in found.assertions if not other.created]
    claim = {"claim.v2": {"gathered_assertions": gathered}} if found.claim_version >= 2 else {"claim": {}}
    return {"label": found.label, "assertions": assertions, "validationResults": {}} | claim
