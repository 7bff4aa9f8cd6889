import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildRealImage } from "./real-image.ts";
import { readLayerBlob, defaultArchiveLimits } from "@sightline/platform";
import { readLayer, mergeLayers } from "@sightline/inventory";
import { walkRootfs } from "@sightline/registry";
const folder="/tmp/inv-real"; 
const image = buildRealImage(folder);
writeFileSync("/tmp/inv-real/stages.json", JSON.stringify(image));
const layout=image.layout; const blob=(d: string)=>join(layout,"blobs","sha256",d.slice(7));
const index=JSON.parse(readFileSync(join(layout,"index.json"),"utf8"));
const manifest=JSON.parse(readFileSync(blob(index.manifests.at(-1).digest),"utf8"));
const config=JSON.parse(readFileSync(blob(manifest.config.digest),"utf8"));
const layers=manifest.layers.map((l: any,i: number)=>({digest:l.digest,diffId:config.rootfs.diff_ids[i],mediaType:l.mediaType,compression:"gzip",sizeBytes:l.size,index:i}));
const facts=[]; for (const l of layers){const t=performance.now(); let r: any; const f=await readLayer(async(v)=>r=await readLayerBlob(createReadStream(blob(l.digest)),{...l,limits:defaultArchiveLimits},v)); facts.push(f); console.log(l.index,l.sizeBytes,r.uncompressedBytes,r.entries,Math.round(performance.now()-t)+"ms", "facts JSON", JSON.stringify(f).length, Object.entries(f).map(([k,v]: any)=>Array.isArray(v)?`${k}=${v.length}`:"").join(" "), f.problems);}
const cfg={user:config.config.User??"",environment:[],exposedPorts:Object.keys(config.config.ExposedPorts??{}),entrypoint:[],command:[],workingDirectory:"",volumes:[],labels:{},healthcheck:"absent",history:[]} as any;
for (let n=0;n<image.stages.length;n++){
 const inv=mergeLayers({image:{source:"oci-layout",name:"x"},configuration:cfg,layers:layers.slice(0,n+1),facts:facts.slice(0,n+1)});
 const dp=inv.packages.filter(p=>p.type==="deb").map(p=>`${p.name} ${p.version} ${p.architecture}`).sort();
 const np=inv.packages.filter(p=>p.type==="npm").map(p=>`${p.name} ${p.version} ${p.locations[0].path.replace(/\/package.json$/,"")}`).filter(x=>x.includes(" /app/")).sort();
 const s=image.stages[n]!;
 const diff=(a: readonly string[],b: readonly string[])=>a.filter(x=>!b.includes(x));
 console.log("stage",n,"dpkg",dp.length,s.dpkg.length,diff(dp,s.dpkg),diff(s.dpkg,dp),"npm",np.length,s.npm.length,diff(np,s.npm),diff(s.npm,np),"complete",inv.complete,inv.problems,inv.catalogerRuns.map(r=>[r.cataloger,r.status,r.files,r.packages]).join("|"), inv.packages.filter(p=>p.ownedBy).length, inv.misconfigurations.map(m=>m.check));
 const byLayer: any={}; for(const p of inv.packages){const l: any=p.locations[0].layer; byLayer[l.index]=(byLayer[l.index]??0)+1} console.log(byLayer);
}
const rf=await readLayer((v)=>walkRootfs(image.rootfs,v,{limits:defaultArchiveLimits}));
const ri=mergeLayers({image:{source:"rootfs",name:"x"},configuration:cfg,layers:[],facts:[rf]});
console.log("rootfs",ri.packages.length,ri.complete,ri.problems);
console.log("rss",Math.round(process.memoryUsage().rss/2**20));
