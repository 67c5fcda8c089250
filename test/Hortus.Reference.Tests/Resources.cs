namespace Hortus.Reference.Tests;

/// <summary>Where kinds are served, so that cases need not say it.</summary>
internal static class Resources
{
    private static readonly Dictionary<string, (string GroupVersion, string Kind, bool Namespaced)> Known = Build();

    /// <summary>Versions that the reference has not, and those it has instead.</summary>
    public static IReadOnlyList<(string Ours, string Old)> OldVersions { get; } =
    [
        ("policy/v1", "policy/v1beta1"), ("autoscaling/v2", "autoscaling/v2beta2"),
        ("discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"), ("batch/v1", "batch/v1beta1"),
    ];

    /// <summary>Where a resource is served by a server, and its kind.</summary>
    public static (string GroupVersion, string Kind, bool Namespaced) Find(string resource, bool isOld)
    {
        var (version, kind, namespaced) = Known[resource];
        var isMoved = version != "batch/v1" || resource == "cronjobs";
        var old = OldVersions.FirstOrDefault(v => v.Ours == version).Old;
        return (isOld && isMoved && old is not null ? old : version, kind, namespaced);
    }

    private static Dictionary<string, (string GroupVersion, string Kind, bool Namespaced)> Build()
    {
        var all = new Dictionary<string, (string GroupVersion, string Kind, bool Namespaced)>(StringComparer.Ordinal);
        void Add(string version, bool namespaced, string kinds)
        {
            foreach (var pair in kinds.Split(' '))
            {
                var (resource, kind) = pair.Split(':') is [var r, var k] ? (r, k) : throw new FormatException(pair);
                all.Add(resource, (version, kind, namespaced));
            }
        }

        Add("v1", true, "configmaps:ConfigMap pods:Pod services:Service secrets:Secret serviceaccounts:ServiceAccount");
        Add("v1", true, "persistentvolumeclaims:PersistentVolumeClaim endpoints:Endpoints events:Event limitranges:LimitRange");
        Add("v1", true, "resourcequotas:ResourceQuota podtemplates:PodTemplate");
        Add("v1", false, "nodes:Node persistentvolumes:PersistentVolume namespaces:Namespace");
        Add("apps/v1", true, "deployments:Deployment statefulsets:StatefulSet daemonsets:DaemonSet replicasets:ReplicaSet");
        Add("apps/v1", true, "controllerrevisions:ControllerRevision");
        Add("batch/v1", true, "jobs:Job cronjobs:CronJob");
        Add("networking.k8s.io/v1", true, "ingresses:Ingress networkpolicies:NetworkPolicy");
        Add("networking.k8s.io/v1", false, "ingressclasses:IngressClass");
        Add("autoscaling/v2", true, "horizontalpodautoscalers:HorizontalPodAutoscaler");
        Add("policy/v1", true, "poddisruptionbudgets:PodDisruptionBudget");
        Add("rbac.authorization.k8s.io/v1", true, "roles:Role rolebindings:RoleBinding");
        Add("rbac.authorization.k8s.io/v1", false, "clusterroles:ClusterRole clusterrolebindings:ClusterRoleBinding");
        Add("certificates.k8s.io/v1", false, "certificatesigningrequests:CertificateSigningRequest");
        Add("coordination.k8s.io/v1", true, "leases:Lease");
        Add("discovery.k8s.io/v1", true, "endpointslices:EndpointSlice");
        Add("scheduling.k8s.io/v1", false, "priorityclasses:PriorityClass");
        Add("storage.k8s.io/v1", false, "storageclasses:StorageClass");
        Add("apiextensions.k8s.io/v1", false, "customresourcedefinitions:CustomResourceDefinition");
        Add("admissionregistration.k8s.io/v1", false, "validatingwebhookconfigurations:ValidatingWebhookConfiguration");
        Add("admissionregistration.k8s.io/v1", false, "mutatingwebhookconfigurations:MutatingWebhookConfiguration");
        Add("apiregistration.k8s.io/v1", false, "apiservices:APIService");
        Add("things.test/v1", true, "things:Thing");
        return all;
    }
}
