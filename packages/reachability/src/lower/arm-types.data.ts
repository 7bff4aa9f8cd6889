/**
 * What each Azure resource type can do to the reachability of virtual machines, pods and sites. A type that is not here
 * may do anything, so its presence makes answers undetermined. Types are in lower case. Source: the type's page under
 * learn.microsoft.com/azure/templates and the concept page of its service.
 */

/**
 * - `modelled`: the engine reads it;
 * - `none`: it neither lets connections of outsiders through to others nor changes routes or rules;
 * - `gateway`: joins a virtual network to corporate or other networks and may change routes;
 * - `proxy`: accepts connections and passes them on into virtual networks, or to sites;
 * - `public-proxy`: the same, from public addresses of Azure, so it meets what stands before public entries;
 * - `rules`: may allow or deny traffic on its own;
 * - `site-host`: decides where the front end of sites is.
 */
export type ArmTypeEffect = "modelled" | "none" | "gateway" | "proxy" | "public-proxy" | "rules" | "site-host";

const modelled = [
  "microsoft.resources/subscriptions",
  "microsoft.network/virtualnetworks",
  "microsoft.network/networksecuritygroups",
  "microsoft.network/applicationsecuritygroups",
  "microsoft.network/networkinterfaces",
  "microsoft.network/publicipaddresses",
  "microsoft.network/loadbalancers",
  "microsoft.network/routetables",
  "microsoft.compute/virtualmachines",
  "microsoft.containerservice/managedclusters",
  "microsoft.web/sites",
  "microsoft.web/sites/slots",
  "microsoft.containerregistry/registries",
];

const gateways = [
  "microsoft.network/virtualnetworkgateways",
  "microsoft.network/connections",
  "microsoft.network/localnetworkgateways",
  "microsoft.network/expressroutecircuits",
  "microsoft.network/expressroutegateways",
  "microsoft.network/expressrouteports",
  "microsoft.network/vpngateways",
  "microsoft.network/vpnsites",
  "microsoft.network/p2svpngateways",
  "microsoft.network/virtualhubs",
  "microsoft.network/virtualwans",
];

const proxies = [
  "microsoft.network/applicationgateways",
  "microsoft.network/azurefirewalls",
  "microsoft.network/bastionhosts",
  "microsoft.network/networkvirtualappliances",
  "microsoft.network/privatelinkservices",
  "microsoft.apimanagement/service",
  "microsoft.apimanagement/gateways",
  "microsoft.servicenetworking/trafficcontrollers",
  "microsoft.relay/namespaces",
];

const publicProxies = [
  "microsoft.cdn/profiles",
  "microsoft.cdn/profiles/endpoints",
  "microsoft.cdn/profiles/afdendpoints",
  "microsoft.network/frontdoors",
  "microsoft.web/staticsites",
  "microsoft.signalrservice/signalr",
  "microsoft.signalrservice/webpubsub",
  "microsoft.logic/workflows",
];

const rules = [
  "microsoft.network/networkmanagers",
  "microsoft.network/networkmanagers/securityadminconfigurations",
  "microsoft.network/networkmanagers/routingconfigurations",
];

const siteHosts = ["microsoft.web/hostingenvironments"];

/** Parts of modelled resources, which Resource Graph lists on their own. */
const partsOfModelled = [
  "microsoft.network/networksecuritygroups/securityrules",
  "microsoft.network/virtualnetworks/subnets",
  "microsoft.network/virtualnetworks/virtualnetworkpeerings",
  "microsoft.compute/virtualmachines/extensions",
  "microsoft.compute/virtualmachines/runcommands",
  "microsoft.web/sites/config",
  "microsoft.web/sites/slots/config",
  "microsoft.containerregistry/registries/replications",
  "microsoft.containerregistry/registries/webhooks",
  "microsoft.containerregistry/registries/tasks",
];

/** They run code or machines, as any host does; what reaches others from there is the position of that network. */
const hosts = [
  "microsoft.compute/virtualmachinescalesets",
  "microsoft.compute/virtualmachinescalesets/virtualmachines",
  "microsoft.compute/virtualmachinescalesets/extensions",
  "microsoft.app/containerapps",
  "microsoft.app/managedenvironments",
  "microsoft.app/jobs",
  "microsoft.containerinstance/containergroups",
  "microsoft.batch/batchaccounts",
  "microsoft.databricks/workspaces",
  "microsoft.machinelearningservices/workspaces",
  "microsoft.hdinsight/clusters",
];

/** They filter or describe only together with a resource that is judged by its own type. */
const attachments = [
  "microsoft.network/natgateways",
  "microsoft.network/privateendpoints",
  "microsoft.network/publicipprefixes",
  "microsoft.network/customipprefixes",
  "microsoft.network/networkprofiles",
  "microsoft.network/networkintentpolicies",
  "microsoft.network/serviceendpointpolicies",
  "microsoft.network/networkwatchers",
  "microsoft.network/networkwatchers/flowlogs",
  "microsoft.network/networkwatchers/connectionmonitors",
  "microsoft.network/networkwatchers/packetcaptures",
  "microsoft.network/ddosprotectionplans",
  "microsoft.network/firewallpolicies",
  "microsoft.network/firewallpolicies/rulecollectiongroups",
  "microsoft.network/ipgroups",
  "microsoft.network/applicationgatewaywebapplicationfirewallpolicies",
  "microsoft.network/frontdoorwebapplicationfirewallpolicies",
  "microsoft.cdn/cdnwebapplicationfirewallpolicies",
  "microsoft.network/routefilters",
  "microsoft.network/virtualnetworktaps",
  "microsoft.network/networksecurityperimeters",
  "microsoft.network/dscpconfigurations",
  "microsoft.network/privateendpoints/privatednszonegroups",
];

/** Names, not paths. */
const names = [
  "microsoft.network/dnszones",
  "microsoft.network/privatednszones",
  "microsoft.network/privatednszones/virtualnetworklinks",
  "microsoft.network/dnsresolvers",
  "microsoft.network/dnsresolvers/inboundendpoints",
  "microsoft.network/dnsresolvers/outboundendpoints",
  "microsoft.network/dnsforwardingrulesets",
  "microsoft.network/trafficmanagerprofiles",
  "microsoft.domainregistration/domains",
  "microsoft.certificateregistration/certificateorders",
];

/** They hold data; connections end there. */
const stores = [
  "microsoft.storage/storageaccounts",
  "microsoft.storagesync/storagesyncservices",
  "microsoft.keyvault/vaults",
  "microsoft.keyvault/managedhsms",
  "microsoft.sql/servers",
  "microsoft.sql/servers/databases",
  "microsoft.sql/servers/elasticpools",
  "microsoft.sql/managedinstances",
  "microsoft.sql/managedinstances/databases",
  "microsoft.sqlvirtualmachine/sqlvirtualmachines",
  "microsoft.dbforpostgresql/servers",
  "microsoft.dbforpostgresql/flexibleservers",
  "microsoft.dbformysql/servers",
  "microsoft.dbformysql/flexibleservers",
  "microsoft.dbformariadb/servers",
  "microsoft.documentdb/databaseaccounts",
  "microsoft.documentdb/mongoclusters",
  "microsoft.cache/redis",
  "microsoft.cache/redisenterprise",
  "microsoft.cache/redisenterprise/databases",
  "microsoft.netapp/netappaccounts",
  "microsoft.netapp/netappaccounts/capacitypools",
  "microsoft.netapp/netappaccounts/capacitypools/volumes",
  "microsoft.kusto/clusters",
  "microsoft.kusto/clusters/databases",
  "microsoft.synapse/workspaces",
  "microsoft.synapse/workspaces/sqlpools",
  "microsoft.synapse/workspaces/bigdatapools",
  "microsoft.search/searchservices",
  "microsoft.cognitiveservices/accounts",
  "microsoft.purview/accounts",
  "microsoft.datafactory/factories",
  "microsoft.appconfiguration/configurationstores",
  "microsoft.recoveryservices/vaults",
  "microsoft.dataprotection/backupvaults",
  "microsoft.confidentialledger/ledgers",
  "microsoft.maps/accounts",
];

/** Events and messages: what they carry is data, not a connection of the sender. */
const messages = [
  "microsoft.eventhub/namespaces",
  "microsoft.eventhub/clusters",
  "microsoft.servicebus/namespaces",
  "microsoft.notificationhubs/namespaces",
  "microsoft.notificationhubs/namespaces/notificationhubs",
  "microsoft.devices/iothubs",
  "microsoft.devices/provisioningservices",
  "microsoft.communication/communicationservices",
  "microsoft.communication/emailservices",
  "microsoft.communication/emailservices/domains",
];

/** Watching, billing, governing. */
const governance = [
  "microsoft.insights/components",
  "microsoft.insights/webtests",
  "microsoft.insights/actiongroups",
  "microsoft.insights/activitylogalerts",
  "microsoft.insights/metricalerts",
  "microsoft.insights/scheduledqueryrules",
  "microsoft.insights/autoscalesettings",
  "microsoft.insights/datacollectionrules",
  "microsoft.insights/datacollectionruleassociations",
  "microsoft.insights/diagnosticsettings",
  "microsoft.kubernetesconfiguration/extensions",
  "microsoft.kubernetesconfiguration/fluxconfigurations",
  "microsoft.insights/datacollectionendpoints",
  "microsoft.insights/workbooks",
  "microsoft.insights/workbooktemplates",
  "microsoft.insights/privatelinkscopes",
  "microsoft.monitor/accounts",
  "microsoft.dashboard/grafana",
  "microsoft.operationalinsights/workspaces",
  "microsoft.operationalinsights/querypacks",
  "microsoft.operationsmanagement/solutions",
  "microsoft.alertsmanagement/smartdetectoralertrules",
  "microsoft.alertsmanagement/prometheusrulegroups",
  "microsoft.alertsmanagement/actionrules",
  "microsoft.security/automations",
  "microsoft.security/pricings",
  "microsoft.security/assessments",
  "microsoft.security/iotsecuritysolutions",
  "microsoft.securityinsights/settings",
  "microsoft.portal/dashboards",
  "microsoft.advisor/recommendations",
  "microsoft.policyinsights/remediations",
  "microsoft.managedidentity/userassignedidentities",
  "microsoft.authorization/roleassignments",
  "microsoft.authorization/roledefinitions",
  "microsoft.authorization/policyassignments",
  "microsoft.authorization/locks",
  "microsoft.resources/resourcegroups",
  "microsoft.resources/subscriptions/resourcegroups",
  "microsoft.resources/deployments",
  "microsoft.resources/deploymentscripts",
  "microsoft.resources/templatespecs",
  "microsoft.resources/templatespecs/versions",
  "microsoft.resourcegraph/queries",
  "microsoft.maintenance/maintenanceconfigurations",
  "microsoft.maintenance/configurationassignments",
  "microsoft.guestconfiguration/guestconfigurationassignments",
  "microsoft.automation/automationaccounts",
  "microsoft.automation/automationaccounts/runbooks",
  "microsoft.automation/automationaccounts/configurations",
  "microsoft.costmanagement/views",
  "microsoft.loadtestservice/loadtests",
  "microsoft.devtestlab/schedules",
  "microsoft.chaos/experiments",
];

/** Disks, images, plans and the like. */
const material = [
  "microsoft.compute/disks",
  "microsoft.compute/diskaccesses",
  "microsoft.compute/diskencryptionsets",
  "microsoft.compute/snapshots",
  "microsoft.compute/images",
  "microsoft.compute/galleries",
  "microsoft.compute/galleries/images",
  "microsoft.compute/galleries/images/versions",
  "microsoft.compute/galleries/applications",
  "microsoft.compute/galleries/applications/versions",
  "microsoft.compute/availabilitysets",
  "microsoft.compute/proximityplacementgroups",
  "microsoft.compute/capacityreservationgroups",
  "microsoft.compute/hostgroups",
  "microsoft.compute/hostgroups/hosts",
  "microsoft.compute/restorepointcollections",
  "microsoft.compute/sshpublickeys",
  "microsoft.virtualmachineimages/imagetemplates",
  "microsoft.web/serverfarms",
  "microsoft.web/certificates",
  "microsoft.web/connections",
  "microsoft.web/customapis",
  "microsoft.containerservice/snapshots",
  "microsoft.containerservice/managedclustersnapshots",
  "microsoft.containerservice/fleets",
];

const inert = [
  ...partsOfModelled,
  ...hosts,
  ...attachments,
  ...names,
  ...stores,
  ...messages,
  ...governance,
  ...material,
];

/** Effect by ARM type in lower case; a type that is absent may do anything. */
export const armTypeEffects: ReadonlyMap<string, ArmTypeEffect> = new Map<string, ArmTypeEffect>([
  ...modelled.map((type) => [type, "modelled"] as const),
  ...inert.map((type) => [type, "none"] as const),
  ...gateways.map((type) => [type, "gateway"] as const),
  ...proxies.map((type) => [type, "proxy"] as const),
  ...publicProxies.map((type) => [type, "public-proxy"] as const),
  ...rules.map((type) => [type, "rules"] as const),
  ...siteHosts.map((type) => [type, "site-host"] as const),
]);
