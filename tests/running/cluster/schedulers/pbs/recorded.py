"""What PBS servers print, as recorded by others and published: there was none to try.

Sources: the page of the PBS job of buildtest (`qstat -x -f -F json`, PBS 19.0.0), the developer's
page of PSI/J (the same, 2022.0.0), the tests of MAVIS (`qstat -f -t`, Torque), the module of fyrd
for Torque (`qstat -x`), the user guide of MetaCentrum (`qstat -Q -f`). Attributes that nothing
reads are left out; names of people and folders are replaced. Exit statuses: src/include/job.h and
the administrator's guide of OpenPBS (a job's history has substate 91 where it was deleted, and an
exit status of 256 and the signal's number where a signal ended it), and "Job Exit Status" in
Torque's administrator guide.
"""

from __future__ import annotations

JSON = """\
{
    "timestamp":1630683518,
    "pbs_version":"19.0.0",
    "pbs_server":"pbs",
    "Jobs":{
        "157.pbs":{
            "Job_Name":"pbs_hold_job",
            "Job_Owner":"user@pbs",
            "job_state":"H",
            "queue":"workq",
            "server":"pbs",
            "Hold_Types":"u",
            "Priority":0,
            "qtime":"Fri Aug 20 23:14:08 2021",
            "Rerunable":"True",
            "Resource_List":{
                "ncpus":1,
                "nodect":1,
                "nodes":1,
                "place":"scatter",
                "select":"1:ncpus=1",
                "walltime":"00:02:00"
            },
            "substate":20,
            "Variable_List":{
                "PBS_O_HOME":"/home/user",
                "PBS_O_WORKDIR":"/tmp/hold/stage",
                "PBS_O_SYSTEM":"Linux"
            },
            "project":"_pbs_project_default"
        }
    }
}
"""

EMPTY = '{"timestamp":1788909619,"pbs_version":"2024.1.2.20241017100211","pbs_server":"p-01"}'
"""Where no job fits, the key of the jobs is left out."""

HISTORY = """\
{
    "pbs_version":"2022.0.0.20211103141832",
    "Jobs":{
        "2154.edtb-01.mcp.alcf.anl.gov":{
            "job_state":"F",
            "comment":"Job run at Mon Jan 24 at 08:39 on (edtb-01[0]:ncpus=1) and finished",
            "Exit_status":0
        }
    }
}
"""

TORQUE = """\
Job Id: 9.torque01.bcgsc.ca
    Job_Name = subtest.sh
    Job_Owner = user@torque01.bcgsc.ca
    resources_used.cput = 00:00:00
    resources_used.walltime = 00:01:00
    job_state = C
    queue = batch
    Error_Path = torque01.bcgsc.ca:/projects/trans_scratch/validations/workspa
        ce/user/temp/subtest.sh.e9
    Hold_Types = n
    Resource_List.walltime = 01:00:00
    Resource_List.nodes = 1
    Variable_List = PBS_O_QUEUE=batch,PBS_O_HOME=/home/user,
        PBS_O_LOGNAME=user,
        PBS_O_PATH=/home/user/applications/node-v10.1.0-linux-x64/bin:/hom
        e/user/.npm-packages/bin,PBS_O_SHELL=/bin/bash,
        PBS_O_WORKDIR=/projects/trans_scratch/validations/workspace/user/t
        emp,PBS_O_HOST=torque01.bcgsc.ca,PBS_O_SERVER=torque01.bcgsc.ca
    comment = Job started on Tue May 29 at 09:37
    exit_status = 0
    submit_args = subtest.sh
    start_time = Tue May 29 09:37:01 2018
    init_work_dir = /projects/trans_scratch/validations/workspace/user/temp

    request_version = 1

Job Id: 48[1].torque01.bcgsc.ca
    Job_Name = MA_mock-A47933_batch-JT3CUggKXNStHcoFXYaGR3-1
    job_state = C
    depend = afterokarray:43[].torque01.bcgsc.ca
    Variable_List = PBS_ARRAYID=1,PBS_O_QUEUE=batch,
        SQUEUE_FORMAT=%.12i %9P %45j %.8u %.2t %.10M %.6D %.8m %.14l %.4c %.2
        0R %E,HISTCONTROL=ignoredups,
        BASH_FUNC_module()=() {  eval `/usr/bin/modulecmd bash $*`\\\\
}
    comment = Job 48[].torque01.bcgsc.ca deleted because its dependency of arr
        ay 43[].torque01.bcgsc.ca can never be satisfied
    exit_status = 271
    job_array_id = 1
"""

XML = (
    "<Data><Job><Job_Id>665199.superserver.stanford.edu</Job_Id><Job_Name>int_tmux</Job_Name>"
    "<resources_used><cput>00:15:23</cput><walltime>335:34:49</walltime></resources_used>"
    "<job_state>R</job_state><queue>interactive</queue><Hold_Types>n</Hold_Types>"
    "<Resource_List><mem>4gb</mem><nodes>1:ppn=1</nodes></Resource_List>"
    "<exit_status>-3</exit_status><start_time>1479339665</start_time></Job>"
    "<Job><Job_Id>667999.superserver.stanford.edu</Job_Id><Job_Name>map_It3_Ir4</Job_Name>"
    "<job_state>Q</job_state><Hold_Types>n</Hold_Types>"
    "<Resource_List><mem>32gb</mem><walltime>23:59:00</walltime></Resource_List></Job>"
    "<Job><Job_Id>673175[].superserver.stanford.edu</Job_Id><Job_Name>t.sh</Job_Name>"
    "<job_state>C</job_state><job_array_request>1-20</job_array_request></Job>"
    "<Job><Job_Id>673175[19].fruster.stanford.edu</Job_Id><Job_Name>t.sh-19</Job_Name>"
    "<job_state>C</job_state><Variable_List>PBS_ARRAYID=19,PBS_O_HOME=/home/user,"
    "PBS_O_WORKDIR=/home/user/work,PBS_O_HOST=h</Variable_List>"
    "<exit_status>0</exit_status></Job></Data>"
)

QUEUES = """\
Queue: default
    queue_type = Route
    total_jobs = 0
    state_count = Transit:0 Queued:0 Held:0 Waiting:0 Running:0 Exiting:0 Begun
\t:0
    max_queued = [u:PBS_GENERIC=30000]
    resources_max.ngpus = 0
    resources_max.walltime = 720:00:00
    resources_default.walltime = 24:00:00
    comment = Default queue (routing)|Implicitni fronta
    route_destinations = q_2h,q_4h,q_1d,q_2d,q_4d,q_1w,q_2w,q_2w_plus
    enabled = True
    started = True
"""

WRAPPED = """\
Job Id:\t1
\tJob_Name = janus-abc-1
\tJob_Owner = root@localhost
\tjob_state = Q
\tqueue = debug
\tqtime = Sat Nov 28 01:30:26 2026
\tResource_List.walltime = 00:10:00
\tResource_List.ncpus = 2

"""
"""Of the wrapper of Slurm 22.05, recorded here."""
